package multimodal.client.fleet;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Channel;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What a server tells about its API, as a caller without any proto file learns it. */
final class Reflection {

    private final Channel channel;
    private final Map<String, FileDescriptorProto> protos = new HashMap<>();
    private final Map<String, FileDescriptor> files = new HashMap<>();

    Reflection(Channel channel) {
        this.channel = channel;
    }

    /** Full names of all services. */
    List<String> services() {
        ServerReflectionResponse response =
                ask(ServerReflectionRequest.newBuilder().setListServices("").build());
        return response.getListServicesResponse().getServiceList().stream()
                .map(ServiceResponse::getName)
                .toList();
    }

    /** The file that declares {@code symbol}, with everything that it imports. */
    FileDescriptor fileOf(String symbol) {
        ServerReflectionResponse response = ask(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol(symbol)
                .build());
        return build(take(response));
    }

    private FileDescriptor build(String name) {
        FileDescriptor known = files.get(name);
        if (known != null) {
            return known;
        }
        if (!protos.containsKey(name)) {
            take(ask(
                    ServerReflectionRequest.newBuilder().setFileByFilename(name).build()));
        }
        FileDescriptorProto proto = protos.get(name);
        FileDescriptor[] imports =
                proto.getDependencyList().stream().map(this::build).toArray(FileDescriptor[]::new);
        try {
            FileDescriptor file = FileDescriptor.buildFrom(proto, imports);
            files.put(name, file);
            return file;
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keeps the files of {@code response} and returns the name of the first, which is the one that was asked for. */
    private String take(ServerReflectionResponse response) {
        if (response.hasErrorResponse()) {
            throw new IllegalStateException(response.getErrorResponse().getErrorMessage());
        }
        String first = null;
        for (ByteString bytes : response.getFileDescriptorResponse().getFileDescriptorProtoList()) {
            FileDescriptorProto proto = parse(bytes);
            protos.put(proto.getName(), proto);
            first = first == null ? proto.getName() : first;
        }
        return first;
    }

    private static FileDescriptorProto parse(ByteString bytes) {
        try {
            return FileDescriptorProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private ServerReflectionResponse ask(ServerReflectionRequest request) {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests =
                ServerReflectionGrpc.newStub(channel).serverReflectionInfo(new First<>(answer));
        requests.onNext(request);
        ServerReflectionResponse response = answer.join();
        requests.onCompleted();
        return response;
    }

    private record First<T>(CompletableFuture<T> answer) implements StreamObserver<T> {
        @Override
        public void onNext(T value) {
            answer.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
            answer.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            answer.completeExceptionally(new IllegalStateException("the stream ended without an answer"));
        }
    }
}
