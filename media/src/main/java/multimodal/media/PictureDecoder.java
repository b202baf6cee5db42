package multimodal.media;

/**
 * Reads PNG, JPEG and WebP. The bytes and the pixels that the header declares are held against the limits before
 * anything of the picture's size is allocated. Alpha is composited on white, the EXIF orientation is applied, of an
 * animation the first frame is taken, colour profiles are ignored. Lossless files and JPEG give Pillow's pixels; of lossy
 * WebP the chroma is not interpolated, which shows at sharp edges of strong colours.
 *
 * @param limits what a file may cost
 */
public record PictureDecoder(PictureLimits limits) {

    /**
     * Decodes a whole file.
     *
     * @throws MediaException if the file is none of these formats, beyond the limits, truncated or corrupt
     */
    public Picture decode(byte[] data) {
        limits.checkBytes(data.length);
        return switch (PictureFormat.detect(data)) {
            case PNG -> PngDecoder.decode(data, limits);
            case JPEG -> JpegDecoder.decode(data, limits);
            case WEBP -> WebpDecoder.decode(data, limits);
        };
    }
}
