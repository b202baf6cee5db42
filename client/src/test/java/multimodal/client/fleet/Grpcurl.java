package multimodal.client.fleet;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of grpcurl as the README uses: {@code list}, {@code describe} and calls with {@code -d}, through reflection. */
final class Grpcurl {

    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    private final Channel channel;
    private final Reflection reflection;

    /** Sends every command to {@code channel}, whatever address it names. */
    Grpcurl(Channel channel) {
        this.channel = channel;
        this.reflection = new Reflection(channel);
    }

    /** Runs {@code commandLine}, which begins with {@code grpcurl}, and returns what it prints: a name or a message each. */
    List<String> run(String commandLine) throws InvalidProtocolBufferException {
        String data = "{}";
        List<String> operands = new ArrayList<>();
        List<String> words = words(commandLine);
        for (int i = 1; i < words.size(); i++) {
            switch (words.get(i)) {
                case "-plaintext" -> {}
                case "-d" -> data = words.get(++i);
                default -> operands.add(words.get(i));
            }
        }
        return switch (operands.get(1)) {
            case "list" -> operands.size() == 2 ? reflection.services() : methods(operands.get(2));
            case "describe" -> describe(operands.subList(2, operands.size()));
            default -> call(operands.get(1), data);
        };
    }

    private static List<String> words(String commandLine) {
        Matcher matcher = WORD.matcher(commandLine);
        return matcher.results()
                .map(word -> word.group(1) == null ? word.group(2) : word.group(1))
                .toList();
    }

    private List<String> methods(String service) {
        return service(service).getMethods().stream()
                .map(MethodDescriptor::getFullName)
                .toList();
    }

    private List<String> describe(List<String> symbols) {
        List<String> described = symbols.isEmpty() ? reflection.services() : symbols;
        return described.stream()
                .map(symbol -> reflection.fileOf(symbol).toProto().toString())
                .toList();
    }

    private List<String> call(String methodName, String json) throws InvalidProtocolBufferException {
        int slash = methodName.lastIndexOf('/');
        MethodDescriptor method =
                service(methodName.substring(0, slash)).findMethodByName(methodName.substring(slash + 1));
        DynamicMessage.Builder request = DynamicMessage.newBuilder(method.getInputType());
        JsonFormat.parser().merge(json, request);
        List<String> answers = new ArrayList<>();
        var answersIterator = ClientCalls.blockingServerStreamingCall(
                channel, grpcMethod(methodName, method), CallOptions.DEFAULT, request.build());
        // What a google.protobuf.Any in an answer may hold: every message that the method's own files import.
        TypeRegistry types = TypeRegistry.newBuilder()
                .add(method.getInputType())
                .add(method.getOutputType())
                .build();
        JsonFormat.Printer printer = JsonFormat.printer().usingTypeRegistry(types);
        while (answersIterator.hasNext()) {
            answers.add(printer.print(answersIterator.next()));
        }
        return answers;
    }

    private ServiceDescriptor service(String fullName) {
        String simpleName = fullName.substring(fullName.lastIndexOf('.') + 1);
        return reflection.fileOf(fullName).findServiceByName(simpleName);
    }

    private static io.grpc.MethodDescriptor<DynamicMessage, DynamicMessage> grpcMethod(
            String name, MethodDescriptor method) {
        return io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
                .setType(MethodType.SERVER_STREAMING)
                .setFullMethodName(name)
                .setRequestMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
                .setResponseMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
                .build();
    }
}
