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

    /** The picture in {@code field}, decoded; empty, with a violation, if it cannot be read. */
    Optional<Picture> read(String field, Image image, Violations violations) {
        return read(field, image, violations, Function.identity());
    }

    /** As {@link #read(String, Image, Violations)}, what {@code use} makes of the picture while it is held. */
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
