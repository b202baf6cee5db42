package multimodal.inference.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import multimodal.inference.tensor.Shape;

/**
 * Gives the inputs of an ONNX graph extents in place of free ones. Works on the protobuf encoding itself, of which it reads
 * only the way to the inputs.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">ModelProto</a>
 */
final class OnnxShapes {

    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_VALUE_INFO = 13;
    private static final int VALUE_NAME = 1;
    private static final int VALUE_TYPE = 2;
    private static final int TYPE_TENSOR = 1;
    private static final int TENSOR_SHAPE = 2;
    private static final int SHAPE_DIMENSION = 1;
    private static final int DIMENSION_VALUE = 1;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    /** One field of a message; {@code content} is what follows its tag, without the length of {@link #BYTES}. */
    private record Field(int number, int type, byte[] content) {

        Field with(byte[] other) {
            return new Field(number, type, other);
        }
    }

    private OnnxShapes() {}

    /**
     * The model with the extents of {@code inputs}, by name. Shapes noted of values inside the graph, which may name the free
     * extents, are left out: whoever loads the graph infers them.
     *
     * @throws IllegalArgumentException if these bytes are no model
     */
    static byte[] fix(byte[] model, Map<String, Shape> inputs) {
        return edit(model, MODEL_GRAPH, graph -> {
            List<Field> fields = parse(graph);
            fields.removeIf(field -> field.number() == GRAPH_VALUE_INFO);
            return edit(encode(fields), GRAPH_INPUT, input -> fixInput(input, inputs));
        });
    }

    private static byte[] fixInput(byte[] input, Map<String, Shape> inputs) {
        String name = parse(input).stream()
                .filter(field -> field.number() == VALUE_NAME)
                .map(field -> new String(field.content(), StandardCharsets.UTF_8))
                .findFirst()
                .orElse("");
        Shape shape = inputs.get(name);
        return shape == null
                ? input
                : edit(
                        input,
                        VALUE_TYPE,
                        type -> edit(type, TYPE_TENSOR, tensor -> edit(tensor, TENSOR_SHAPE, old -> encode(shape))));
    }

    private static byte[] encode(Shape shape) {
        List<Field> dimensions = new ArrayList<>();
        for (int extent : shape.dimensions()) {
            byte[] value = encode(List.of(new Field(DIMENSION_VALUE, VARINT, varint(extent))));
            dimensions.add(new Field(SHAPE_DIMENSION, BYTES, value));
        }
        return encode(dimensions);
    }

    /** {@code message} with each field of this number changed. */
    private static byte[] edit(byte[] message, int number, UnaryOperator<byte[]> change) {
        List<Field> fields = parse(message);
        fields.replaceAll(field -> field.number() == number ? field.with(change.apply(field.content())) : field);
        return encode(fields);
    }

    private static List<Field> parse(byte[] message) {
        List<Field> fields = new ArrayList<>();
        int position = 0;
        while (position < message.length) {
            int afterTag = endOfVarint(message, position);
            long tag = varint(message, position);
            int type = (int) (tag & 7);
            int start = type == BYTES ? endOfVarint(message, afterTag) : afterTag;
            long end =
                    switch (type) {
                        case VARINT -> endOfVarint(message, start);
                        case FIXED64 -> start + (long) Long.BYTES;
                        case BYTES -> start + varint(message, afterTag);
                        case FIXED32 -> start + (long) Integer.BYTES;
                        default -> throw new IllegalArgumentException("no ONNX model: a field of type " + type);
                    };
            if (end < start || end > message.length) {
                throw new IllegalArgumentException("no ONNX model: a field ends at byte " + end);
            }
            fields.add(new Field((int) (tag >>> 3), type, Arrays.copyOfRange(message, start, (int) end)));
            position = (int) end;
        }
        return fields;
    }

    private static byte[] encode(List<Field> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Field field : fields) {
            out.writeBytes(varint((long) field.number() << 3 | field.type()));
            if (field.type() == BYTES) {
                out.writeBytes(varint(field.content().length));
            }
            out.writeBytes(field.content());
        }
        return out.toByteArray();
    }

    private static int endOfVarint(byte[] message, int start) {
        int position = start;
        while (position < message.length && message[position] < 0) {
            position++;
        }
        if (position == message.length) {
            throw new IllegalArgumentException("no ONNX model: it ends within a number");
        }
        return position + 1;
    }

    private static long varint(byte[] message, int start) {
        long value = 0;
        int end = endOfVarint(message, start);
        for (int i = start, shift = 0; i < end; i++, shift += 7) {
            value |= (message[i] & 0x7FL) << shift;
        }
        return value;
    }

    private static byte[] varint(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long rest = value;
        while (rest >>> 7 != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return out.toByteArray();
    }
}
