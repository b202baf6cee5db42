package multimodal.image.rpc;

import java.util.Optional;
import java.util.function.Function;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.Image;
import multimodal.media.BoundedDecoder;
import multimodal.media.MediaException;
import multimodal.media.Picture;
import multimodal.media.PictureFormat;

/** Reads the pictures of requests; what is wrong with one is a violation like any other. */
public final class RequestPictures {

    private final BoundedDecoder decoder;

    public RequestPictures(BoundedDecoder decoder) {
        this.decoder = decoder;
    }

    /** The picture in {@code field}, decoded; empty, with a violation, if it cannot be read or has another size. */
    Optional<Picture> readOfSize(String field, Image image, int width, int height, Violations violations) {
        return read(field, image, violations, picture -> Optional.of(picture)
                .filter(read -> requireSize(field, read, width, height, "", violations)));
    }

    /** Requires a size in pixels; {@code why} follows it in what is expected. */
    static boolean requireSize(
            String field, Picture picture, int width, int height, String why, Violations violations) {
        return violations.require(
                picture.width() == width && picture.height() == height,
                field,
                "%dx%d pixels".formatted(picture.width(), picture.height()),
                "%dx%d pixels%s".formatted(width, height, why));
    }

    /**
     * What {@code use} makes of the picture in {@code field} while the picture is held, if anything; empty, with a violation,
     * if it cannot be read.
     */
    <T> Optional<T> read(String field, Image image, Violations violations, Function<Picture, Optional<T>> use) {
        byte[] data = image.getData().toByteArray();
        try {
            violations.requireMediaType(
                    field + ".media_type",
                    image.getMediaType(),
                    PictureFormat.detect(data).mediaType());
            return decoder.decode(data, use);
        } catch (MediaException e) {
            violations.add(field + ".data", e.found(), e.expected());
            return Optional.empty();
        }
    }
}
