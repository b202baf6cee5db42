package multimodal.media;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;

/** WebP by TwelveMonkeys' reader, which is given one still frame and nothing else of the file. */
final class WebpDecoder {

    private static final WebPImageReaderSpi READERS = new WebPImageReaderSpi();

    private WebpDecoder() {}

    static Picture decode(byte[] data, PictureLimits limits) {
        WebpFile file = WebpFile.parse(data, limits);
        Picture frame = Rasters.read(
                READERS.createReaderInstance(null),
                file.still(),
                PictureFormat.WEBP,
                file.frameWidth(),
                file.frameHeight());
        Picture canvas = file.isFrameWhole() ? frame : onCanvas(file, frame);
        return file.orientation().apply(canvas);
    }

    private static Picture onCanvas(WebpFile file, Picture frame) {
        Picture canvas = Picture.white(file.width(), file.height());
        for (int y = 0; y < frame.height(); y++) {
            int target = 3 * ((file.frameTop() + y) * file.width() + file.frameLeft());
            System.arraycopy(frame.rgb(), 3 * y * frame.width(), canvas.rgb(), target, 3 * frame.width());
        }
        return canvas;
    }
}
