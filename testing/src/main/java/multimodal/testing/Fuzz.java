package multimodal.testing;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import java.util.function.Function;

/**
 * Gives a parser many inputs that are made by chance, always the same ones, and expects that it refuses or accepts each of them
 * in the way that it promises.
 *
 * <p>{@code -Dfuzz.inputs=1000000} makes more of them than the default of 100,000, {@code -Dfuzz.seed=2} other ones. Input
 * number n depends on the seed and n alone, so what fails can be made again.
 */
public final class Fuzz {
    private static final int INPUTS = Integer.getInteger("fuzz.inputs", 100_000);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int MAX_SHOWN = 2000;

    private Fuzz() {}

    /** What is tested with an input. */
    @FunctionalInterface
    public interface Target<T> {
        /** Throws whatever it likes if the input is taken wrongly; a refusal that is promised it catches itself. */
        void take(T input) throws Exception;
    }

    /** Gives {@code target} as many inputs as are wanted, each made by {@code inputs} from a source of chance of its own. */
    public static <T> void run(Function<Random, T> inputs, Target<T> target) {
        run(1, inputs, target);
    }

    /** As {@link #run(Function, Target)} with a {@code share} of the inputs, for targets that take long: 2 for half of them. */
    public static <T> void run(int share, Function<Random, T> inputs, Target<T> target) {
        for (int i = 0; i < INPUTS / share; i++) {
            // Neighbouring seeds of Random begin alike; the multiplier (of SplitMix64) spreads them.
            T input = inputs.apply(new Random((SEED << 32 | i) * 0x9E3779B97F4A7C15L));
            try {
                target.take(input);
            } catch (Throwable e) {
                throw new AssertionError("input %d of seed %d: %s%n%s".formatted(i, SEED, e, show(input)), e);
            }
        }
    }

    private static String show(Object input) {
        String text = input instanceof byte[] bytes
                ? "as text: %s%nin base64: %s"
                        .formatted(
                                new String(bytes, StandardCharsets.UTF_8),
                                Base64.getEncoder().encodeToString(bytes))
                : String.valueOf(input);
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }
}
