package multimodal.media;

import java.util.List;

/** Pictures as the float arrays that networks read and write: channel, row, column, channels in the order RGB. */
public final class PixelValues {

    private static final int CHANNELS = 3;

    private PixelValues() {}

    /**
     * What a network reads: each sample scaled to 0 to 1, less the mean, divided by the deviation of its channel.
     *
     * @param mean of red, green, blue
     * @param std of red, green, blue, each greater than 0
     * @return {@code 3 * height * width} values
     */
    public static float[] normalized(Picture picture, List<Float> mean, List<Float> std) {
        int area = picture.width() * picture.height();
        float[] values = new float[CHANNELS * area];
        for (int channel = 0; channel < CHANNELS; channel++) {
            float shift = mean.get(channel);
            float scale = std.get(channel);
            for (int i = 0; i < area; i++) {
                float sample = (picture.rgb()[CHANNELS * i + channel] & 0xff) / 255f;
                values[channel * area + i] = (sample - shift) / scale;
            }
        }
        return values;
    }

    /**
     * What a network drew: values of -1 to 1, cut off beyond, become samples of 0 to 255, halves rounded to even; NaN
     * becomes 0.
     *
     * @param values from {@code offset} on {@code 3 * height * width} values
     */
    public static Picture picture(float[] values, int offset, int width, int height) {
        int area = width * height;
        byte[] rgb = new byte[CHANNELS * area];
        for (int channel = 0; channel < CHANNELS; channel++) {
            for (int i = 0; i < area; i++) {
                float unit = values[offset + channel * area + i] / 2 + 0.5f;
                float cut = Math.min(1f, Math.max(0f, unit));
                rgb[CHANNELS * i + channel] = (byte) (int) Math.rint(cut * 255f);
            }
        }
        return new Picture(width, height, rgb);
    }
}
