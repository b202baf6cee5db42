package multimodal.image.steps;

import multimodal.inference.error.InferenceException;
import multimodal.media.Picture;

/**
 * A part of a picture that is painted anew.
 *
 * @param picture around it
 * @param mask of the picture's size
 * @param preservesUnmasked whether the pixels outside of the mask come back as they are; else they are what the autoencoder
 *     gives back
 */
public record Hole(Picture picture, Mask mask, boolean preservesUnmasked) {

    public Hole {
        if (mask.width() != picture.width() || mask.height() != picture.height()) {
            throw InferenceException.invalid(
                    "mask",
                    mask.width() + "x" + mask.height() + " pixels",
                    picture.width() + "x" + picture.height() + " pixels");
        }
    }

    /** A finished picture, with the pixels around the hole as they were if they are preserved. */
    public Picture finish(Picture made) {
        return preservesUnmasked ? mask.blend(picture, made) : made;
    }
}
