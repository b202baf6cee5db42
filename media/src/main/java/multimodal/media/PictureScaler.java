package multimodal.media;

/**
 * Bicubic scaling with antialiasing, as Pillow's {@code Image.resize(…, BICUBIC)} does it: Keys' kernel with a = -0.5,
 * stretched when shrinking, in 22-bit fixed point, columns first, each pass rounded to 8 bits.
 */
public final class PictureScaler {

    private static final double SUPPORT = 2.0;
    private static final double A = -0.5;
    private static final int PRECISION_BITS = 22;

    private PictureScaler() {}

    /** Scales to exactly {@code width} × {@code height}, whatever the proportions. */
    public static Picture resize(Picture picture, int width, int height) {
        Picture narrow = width == picture.width() ? picture : resizeColumns(picture, width);
        return height == picture.height() ? narrow : resizeRows(narrow, height);
    }

    /** Scales so that the shorter side is {@code side}, then takes the square in the middle. */
    public static Picture coverSquare(Picture picture, int side) {
        boolean isWide = picture.width() >= picture.height();
        int shorter = Math.min(picture.width(), picture.height());
        int longer = (int) ((long) side * Math.max(picture.width(), picture.height()) / shorter);
        Picture scaled = resize(picture, isWide ? longer : side, isWide ? side : longer);
        return scaled.crop((scaled.width() - side) / 2, (scaled.height() - side) / 2, side, side);
    }

    private static Picture resizeColumns(Picture picture, int width) {
        Weights weights = Weights.of(picture.width(), width);
        byte[] target = new byte[3 * width * picture.height()];
        for (int y = 0; y < picture.height(); y++) {
            int row = 3 * y * picture.width();
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    target[3 * (y * width + x) + channel] = weights.apply(x, picture.rgb(), row + channel, 3);
                }
            }
        }
        return new Picture(width, picture.height(), target);
    }

    private static Picture resizeRows(Picture picture, int height) {
        Weights weights = Weights.of(picture.height(), height);
        int stride = 3 * picture.width();
        byte[] target = new byte[stride * height];
        for (int y = 0; y < height; y++) {
            for (int column = 0; column < stride; column++) {
                target[y * stride + column] = weights.apply(y, picture.rgb(), column, stride);
            }
        }
        return new Picture(picture.width(), height, target);
    }

    /**
     * For each target position the first source position that counts, and the weights from there on, which sum to
     * 2^{@value #PRECISION_BITS}.
     */
    private record Weights(int[] first, int[][] fixed) {

        static Weights of(int source, int target) {
            double scale = (double) source / target;
            double stretch = Math.max(1.0, scale);
            int[] first = new int[target];
            int[][] fixed = new int[target][];
            for (int i = 0; i < target; i++) {
                double center = (i + 0.5) * scale;
                int from = Math.max(0, (int) (center - SUPPORT * stretch + 0.5));
                int to = Math.min(source, (int) (center + SUPPORT * stretch + 0.5));
                first[i] = from;
                fixed[i] = fixed(from, to, center, stretch);
            }
            return new Weights(first, fixed);
        }

        private static int[] fixed(int from, int to, double center, double stretch) {
            double[] weights = new double[to - from];
            double sum = 0;
            for (int k = 0; k < weights.length; k++) {
                weights[k] = kernel((from + k - center + 0.5) / stretch);
                sum += weights[k];
            }
            int[] fixed = new int[weights.length];
            for (int k = 0; k < fixed.length; k++) {
                double scaled = weights[k] / sum * (1 << PRECISION_BITS);
                fixed[k] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
            }
            return fixed;
        }

        byte apply(int position, byte[] samples, int offset, int stride) {
            int sum = 1 << (PRECISION_BITS - 1);
            int index = offset + first[position] * stride;
            for (int weight : fixed[position]) {
                sum += weight * (samples[index] & 0xff);
                index += stride;
            }
            return (byte) Math.min(255, Math.max(0, sum >> PRECISION_BITS));
        }

        private static double kernel(double signed) {
            double x = Math.abs(signed);
            if (x < 1) {
                return ((A + 2) * x - (A + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
        }
    }
}
