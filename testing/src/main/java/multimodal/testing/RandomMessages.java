package multimodal.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Makes requests that no client would send: any of the fields set, numbers at the edges of every range, texts that are empty, blank
 * or long, enum values that do not exist, lists, maps and messages within messages.
 */
public final class RandomMessages<T extends Message> implements Function<Random, T> {
    private static final int MAX_DEPTH = 4;
    private static final int MAX_ELEMENTS = 3;
    private static final List<Long> WHOLE = List.of(
            0L, 1L, -1L, 2L, 7L, 64L, 150L, 151L, (long) Integer.MAX_VALUE, (long) Integer.MIN_VALUE, Long.MAX_VALUE);
    private static final List<Double> REAL = List.of(
            0.0, -0.0, 1.0, 0.5, -1.0, 30.0, 1e30, Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY, -1e-30);
    private static final List<String> TEXTS = List.of(
            "", " ", "a", "a cat", "城堡", "\u0000", "../x", "a.b/c", "x".repeat(300), "\ud83c\udff0", "{}", "sticker");

    private final T sound;

    /** Messages like {@code sound}: half of them are it with some fields changed, the others have nothing of it. */
    public RandomMessages(T sound) {
        this.sound = sound;
    }

    @Override
    @SuppressWarnings("unchecked")
    public T apply(Random random) {
        boolean fromSound = random.nextBoolean();
        Message.Builder message = fromSound ? sound.toBuilder() : sound.newBuilderForType();
        fill(message, random, fromSound ? 0.1 : 0.4, 0);
        return (T) message.build();
    }

    private void fill(Message.Builder message, Random random, double share, int depth) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (random.nextDouble() >= share) {
                continue;
            }
            if (field.isRepeated()) {
                message.clearField(field);
                for (int i = random.nextInt(MAX_ELEMENTS + 1); i > 0; i--) {
                    message.addRepeatedField(field, value(message, field, random, share, depth));
                }
            } else {
                message.setField(field, value(message, field, random, share, depth));
            }
        }
    }

    private Object value(Message.Builder parent, FieldDescriptor field, Random random, double share, int depth) {
        return switch (field.getJavaType()) {
            case INT -> (int) (long) any(WHOLE, random);
            case LONG -> any(WHOLE, random);
            case FLOAT -> (float) (double) any(REAL, random);
            case DOUBLE -> any(REAL, random);
            case BOOLEAN -> random.nextBoolean();
            case STRING -> any(TEXTS, random);
            case BYTE_STRING -> bytes(random);
            case ENUM -> enumValue(field.getEnumType(), random);
            case MESSAGE -> {
                Message.Builder child = parent.newBuilderForField(field);
                if (depth < MAX_DEPTH) {
                    fill(child, random, Math.max(share, 0.3), depth + 1);
                }
                yield child.build();
            }
        };
    }

    private static Object enumValue(EnumDescriptor type, Random random) {
        int number = random.nextInt(type.getValues().size() + 1);
        return type.findValueByNumberCreatingIfUnknown(
                number == type.getValues().size() ? 99 : number);
    }

    private static ByteString bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private static <V> V any(List<V> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
