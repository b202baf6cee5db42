package multimodal.media;

import javax.imageio.ImageIO;

/** JPEG by the JDK's reader, behind our own look at the file. */
final class JpegDecoder {

    private JpegDecoder() {}

    static Picture decode(byte[] data, PictureLimits limits) {
        JpegFile file = JpegFile.parse(data, limits);
        Picture picture = Rasters.read(
                ImageIO.getImageReadersByFormatName("jpeg").next(),
                file.reduced(),
                PictureFormat.JPEG,
                file.width(),
                file.height());
        return file.orientation().apply(picture);
    }
}
