package multimodal.image.steps;

import java.util.Optional;
import multimodal.inference.error.InferenceException;
import multimodal.media.Picture;

/**
 * A part of a picture that is painted anew.
 *
 * @param picture around it, as it is painted into
 * @param mask of the picture's size
 * @param preservesUnmasked whether the pixels outside of the mask come back as they are; else they are what the autoencoder
 *     gives back
 * @param cut where {@code picture} was taken from, if it is an enlarged part of the client's
 */
public record Hole(Picture picture, Mask mask, boolean preservesUnmasked, Optional<Cut> cut) {

    /**
     * A picture of which a part is painted at full size.
     *
     * @param whole as the client gave it
     * @param mask of the size of {@code whole}
     */
    public record Cut(Picture whole, Mask mask, CropRegion region) {}

    public Hole {
        if (mask.width() != picture.width() || mask.height() != picture.height()) {
            throw InferenceException.invalid(
                    "mask",
                    mask.width() + "x" + mask.height() + " pixels",
                    picture.width() + "x" + picture.height() + " pixels");
        }
    }

    /** In the whole of a picture. */
    public Hole(Picture picture, Mask mask, boolean preservesUnmasked) {
        this(picture, mask, preservesUnmasked, Optional.empty());
    }

    /** In the part of a picture around the mask, enlarged to the picture's size; what is outside of the mask stays. */
    public static Hole within(CropRegion region, Picture picture, Mask mask) {
        Cut cut = new Cut(picture, mask, region);
        return new Hole(region.enlarged(picture), region.enlarged(mask), true, Optional.of(cut));
    }

    /** A finished picture of the size of the client's, with the pixels around the hole as they were if they are preserved. */
    public Picture finish(Picture made) {
        if (cut.isPresent()) {
            Cut from = cut.get();
            return from.mask().blend(from.whole(), from.region().put(made, from.whole()));
        }
        return preservesUnmasked ? mask.blend(picture, made) : made;
    }
}
