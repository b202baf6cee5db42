package multimodal.inference.random;

/**
 * The generator behind every seed of the fleet: MT19937 (Matsumoto and Nishimura 1998), seeded and read as torch's CPU
 * generator does, so that seeds mean what they mean there. Not thread-safe.
 */
public final class MersenneTwister {

    private static final int STATE_LENGTH = 624;
    private static final int SHIFT = 397;
    private static final int MATRIX = 0x9908b0df;
    private static final int UPPER_BIT = 0x80000000;
    private static final int LOWER_BITS = 0x7fffffff;
    private static final long DOUBLE_BITS = (1L << 53) - 1;

    private final int[] state = new int[STATE_LENGTH];
    private int next = STATE_LENGTH;

    /** A generator at the start of the sequence of {@code seed}, of which the low 32 bits count. */
    public MersenneTwister(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < STATE_LENGTH; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    /** 32 random bits. */
    public int nextInt() {
        if (next == STATE_LENGTH) {
            twist();
        }
        int bits = state[next++];
        bits ^= bits >>> 11;
        bits ^= (bits << 7) & 0x9d2c5680;
        bits ^= (bits << 15) & 0xefc60000;
        return bits ^ (bits >>> 18);
    }

    /** A multiple of 2⁻²⁴ in [0, 1), as {@code torch.rand} makes it. */
    public float nextFloat() {
        return (nextInt() & 0xffffff) * 0x1p-24f;
    }

    /** A multiple of 2⁻⁵³ in [0, 1), as {@code torch.rand} makes it for float64. */
    public double nextDouble() {
        long high = Integer.toUnsignedLong(nextInt());
        long low = Integer.toUnsignedLong(nextInt());
        return ((high << 32 | low) & DOUBLE_BITS) * 0x1p-53;
    }

    private void twist() {
        for (int i = 0; i < STATE_LENGTH; i++) {
            int bits = (state[i] & UPPER_BIT) | (state[(i + 1) % STATE_LENGTH] & LOWER_BITS);
            int odd = (bits & 1) == 0 ? 0 : MATRIX;
            state[i] = state[(i + SHIFT) % STATE_LENGTH] ^ (bits >>> 1) ^ odd;
        }
        next = 0;
    }
}
