package multimodal.client.run;

import java.util.Arrays;
import java.util.List;
import multimodal.common.v1.Image;
import multimodal.media.Picture;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;
import multimodal.media.PngEncoder;

/** Reads the fleet's pictures and puts them side by side. */
public final class Pictures {

    private static final PictureDecoder DECODER = new PictureDecoder(PictureLimits.DEFAULT);
    private static final int STRIP_GAP = 4;

    private Pictures() {}

    public static Picture decode(Image image) {
        return DECODER.decode(image.getData().toByteArray());
    }

    /** One PNG with all {@code images}, at least one, from left to right on white; they have the same size. */
    public static byte[] strip(List<Image> images) {
        List<Picture> pictures = images.stream().map(Pictures::decode).toList();
        int width = pictures.get(0).width();
        int height = pictures.get(0).height();
        int stripWidth = pictures.size() * (width + STRIP_GAP) - STRIP_GAP;
        byte[] rgb = new byte[3 * stripWidth * height];
        Arrays.fill(rgb, (byte) 0xFF);
        for (int i = 0; i < pictures.size(); i++) {
            for (int y = 0; y < height; y++) {
                int target = 3 * (y * stripWidth + i * (width + STRIP_GAP));
                System.arraycopy(pictures.get(i).rgb(), 3 * y * width, rgb, target, 3 * width);
            }
        }
        return PngEncoder.encode(new Picture(stripWidth, height, rgb));
    }
}
