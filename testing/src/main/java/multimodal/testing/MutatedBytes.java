package multimodal.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Makes inputs that are nearly right: a sound one with some changes. Bits flip, bytes come, go and are told twice, words of the
 * format and numbers at the edges of their range stand where they should not, and the end of another input follows.
 */
public final class MutatedBytes implements Function<Random, byte[]> {
    private static final int MAX_CHANGES = 6;
    private static final int MAX_LENGTH = 1 << 16;
    private static final List<String> NUMBERS = List.of(
            "0",
            "-1",
            "2147483647",
            "2147483648",
            "-2147483649",
            "9223372036854775808",
            "1e999",
            "NaN",
            "0.5",
            "1e-320");

    private final List<byte[]> sound;
    private final List<byte[]> words;

    /** Changes one of {@code sound}; {@code words} have a meaning in its format. */
    public MutatedBytes(List<byte[]> sound, List<byte[]> words) {
        this.sound = List.copyOf(sound);
        this.words = List.copyOf(words);
    }

    /** Changes texts in UTF-8. */
    public static MutatedBytes ofTexts(List<String> sound, List<String> words) {
        return new MutatedBytes(bytes(sound), bytes(words));
    }

    @Override
    public byte[] apply(Random random) {
        byte[] input = any(sound, random);
        for (int changes = 1 + random.nextInt(MAX_CHANGES); changes > 0; changes--) {
            input = change(input, random);
        }
        return input.length <= MAX_LENGTH ? input : Arrays.copyOf(input, MAX_LENGTH);
    }

    private byte[] change(byte[] input, Random random) {
        int from = random.nextInt(input.length + 1);
        int to = Math.min(input.length, from + 1 + random.nextInt(1 << random.nextInt(8)));
        byte[] part = Arrays.copyOfRange(input, from, to);
        return switch (random.nextInt(8)) {
            case 0 -> flipped(input, random);
            case 1 -> replaced(input, from, to, new byte[0]);
            case 2 -> replaced(input, from, from, part);
            case 3 -> replaced(input, from, from, drawn(random));
            case 4 -> replaced(input, from, to, drawn(random));
            case 5 -> replaced(input, from, from, words.isEmpty() ? part : any(words, random));
            case 6 -> withNumber(input, from, random);
            default -> joined(input, from, any(sound, random), random);
        };
    }

    private static byte[] flipped(byte[] input, Random random) {
        byte[] changed = input.clone();
        if (changed.length > 0) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return changed;
    }

    private static byte[] drawn(Random random) {
        byte[] bytes = new byte[1 + random.nextInt(8)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The first number after {@code from} becomes one at the edge of a range. */
    private static byte[] withNumber(byte[] input, int from, Random random) {
        int start = from;
        while (start < input.length && !Character.isDigit(input[start])) {
            start++;
        }
        int end = start;
        while (end < input.length && Character.isDigit(input[end])) {
            end++;
        }
        byte[] number = NUMBERS.get(random.nextInt(NUMBERS.size())).getBytes(StandardCharsets.US_ASCII);
        return replaced(input, start, end, number);
    }

    private static byte[] joined(byte[] input, int end, byte[] other, Random random) {
        int start = random.nextInt(other.length + 1);
        return replaced(input, end, input.length, Arrays.copyOfRange(other, start, other.length));
    }

    private static byte[] replaced(byte[] input, int from, int to, byte[] by) {
        byte[] changed = Arrays.copyOf(input, from + by.length + input.length - to);
        System.arraycopy(by, 0, changed, from, by.length);
        System.arraycopy(input, to, changed, from + by.length, input.length - to);
        return changed;
    }

    private static byte[] any(List<byte[]> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private static List<byte[]> bytes(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }
}
