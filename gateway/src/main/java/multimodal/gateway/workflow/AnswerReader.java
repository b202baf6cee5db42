package multimodal.gateway.workflow;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.Image;
import multimodal.common.v1.ModelLoading;
import multimodal.common.v1.Progress;
import multimodal.common.v1.Token;

/**
 * Reads what an RPC answers: one message, or a stream of {@code loading}, {@code progress} and {@code token} that ends with
 * {@code result}. Which fields these are it finds by their types.
 */
public final class AnswerReader {
    static final AnswerReader NONE = new AnswerReader(false, List.of());

    private static final String RESULT = "result";

    private final boolean isStream;
    private final List<OutputPort> outputs;

    private AnswerReader(boolean isStream, List<OutputPort> outputs) {
        this.isStream = isStream;
        this.outputs = outputs;
    }

    static AnswerReader of(MethodDescriptor method, List<OutputPort> outputs) {
        return new AnswerReader(method.isServerStreaming(), outputs);
    }

    /** The message that is the result of {@code method}. */
    static Descriptor result(MethodDescriptor method) {
        return method.isServerStreaming()
                ? method.getOutputType().findFieldByName(RESULT).getMessageType()
                : method.getOutputType();
    }

    /** Tells {@code listener} what {@code message} says; returns the output if it is the result. */
    public Optional<NodeOutput> read(Message message, NodeListener listener) {
        if (!isStream) {
            return Optional.of(output(message));
        }
        Optional<NodeOutput> output = Optional.empty();
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getKey().getName().equals(RESULT)) {
                output = Optional.of(output((Message) field.getValue()));
            } else {
                tell(field.getValue(), listener);
            }
        }
        return output;
    }

    private static void tell(Object event, NodeListener listener) {
        if (event instanceof ModelLoading loading) {
            listener.onLoading(loading.getModel());
        } else if (event instanceof Token token) {
            listener.onToken(token);
        } else if (event instanceof Progress progress) {
            listener.onProgress(progress, List.of());
        } else if (event instanceof Message message) {
            first(message, Progress.class).ifPresent(progress -> listener.onProgress(progress, pictures(message)));
        }
    }

    private NodeOutput output(Message result) {
        Map<String, PortValue> values = new HashMap<>();
        Message.Builder rest = result.toBuilder();
        for (OutputPort port : outputs) {
            Object value = port.field()
                    .get(result)
                    .or(() -> Optional.of("").filter(empty -> port.type() == PortType.TEXT))
                    .orElseThrow(() -> new IllegalStateException("the result has no " + port.field()));
            values.put(port.name(), PortValue.of(value));
            if (port.type() != PortType.TEXT) {
                port.field().clear(rest);
            }
        }
        return new NodeOutput(
                values,
                first(result, GenerationInfo.class).orElse(GenerationInfo.getDefaultInstance()),
                finishReason(result),
                Any.pack(rest.build()));
    }

    private static FinishReason finishReason(Message result) {
        return fields(result)
                .filter(EnumValueDescriptor.class::isInstance)
                .map(EnumValueDescriptor.class::cast)
                .filter(value -> value.getType().equals(FinishReason.getDescriptor()))
                .map(value -> FinishReason.forNumber(value.getNumber()))
                .findFirst()
                .orElse(FinishReason.FINISH_REASON_UNSPECIFIED);
    }

    private static List<Image> pictures(Message message) {
        return fields(message)
                .filter(List.class::isInstance)
                .flatMap(list -> ((List<?>) list).stream())
                .filter(Image.class::isInstance)
                .map(Image.class::cast)
                .toList();
    }

    private static <T> Optional<T> first(Message message, Class<T> type) {
        return fields(message).filter(type::isInstance).map(type::cast).findFirst();
    }

    private static Stream<Object> fields(Message message) {
        return message.getAllFields().values().stream();
    }
}
