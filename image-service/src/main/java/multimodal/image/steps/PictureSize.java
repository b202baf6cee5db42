package multimodal.image.steps;

import multimodal.inference.repository.Parameters;

/**
 * The widths and heights that a model can make, in pixels.
 *
 * @param min smallest
 * @param max largest
 * @param multipleOf what each must be a multiple of
 * @param byDefault taken when the request does not say
 */
public record PictureSize(int min, int max, int multipleOf, int byDefault) {

    static PictureSize of(Parameters section) {
        return new PictureSize(
                section.integer("min"),
                section.integer("max"),
                section.integer("multiple_of"),
                section.integer("default"));
    }

    /** Whether a side may be so long. */
    public boolean allows(int side) {
        return side >= min && side <= max && side % multipleOf == 0;
    }

    /** How large a picture is beside one of the default size: 1 for that, 4 for twice its sides. */
    public double relativeArea(int width, int height) {
        return (double) width * height / ((double) byDefault * byDefault);
    }

    /** The rule in words, e.g. {@code a multiple of 8, 64 to 256}. */
    public String rule() {
        return "a multiple of %d, %d to %d".formatted(multipleOf, min, max);
    }
}
