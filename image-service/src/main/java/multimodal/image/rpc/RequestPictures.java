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
        return read(field, image, violations, picture -> {
                    boolean hasSize = picture.width() == width && picture.height() == height;
                    violations.require(
                            hasSize,
                            field,
                            "%dx%d pixels".formatted(picture.width(), picture.height()),
                            "%dx%d pixels".formatted(width, height));
                    return hasSize ? Optional.of(picture) : Optional.<Picture>empty();
                })
                .flatMap(Function.identity());
    }

    /**
     * What {@code use} makes of the picture in {@code field} while the picture is held; empty, with a violation, if it cannot
     * be read.
     */
    <T> Optional<T> read(String field, Image image, Violations violations, Function<Picture, T> use) {
        byte[] data = image.getData().toByteArray();
        try {
            String found = PictureFormat.detect(data).mediaType();
            String said = image.getMediaType();
            violations.require(
                    said.isEmpty() || said.equals(found),
                    field + ".media_type",
                    said,
                    "empty, or " + found + " as the bytes say");
            return Optional.of(decoder.decode(data, use));
        } catch (MediaException e) {
            violations.add(field + ".data", e.found(), e.expected());
            return Optional.empty();
        }
    }
}
