package multimodal.image.steps;

import java.util.Optional;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;

/**
 * What pictures shall be like, told by a CLIP image embedding instead of words.
 *
 * @param model that knows such embeddings; in use as long as this is
 * @param square the picture whose embedding it is, as {@link ImageEncoder#square} gives it
 * @param embedding itself, float32 (1, coordinates), of any length above 0; with neither of both it is what the prior makes
 *     of the prompt
 */
public record Likeness(UnClipModel model, Optional<Picture> square, Optional<Tensor> embedding) {

    /**
     * To a picture.
     *
     * @param model one that sees pictures
     */
    public static Likeness toPicture(UnClipModel model, Picture picture) {
        return new Likeness(model, Optional.of(ImageEncoder.square(model, picture)), Optional.empty());
    }

    /** To the picture that has this embedding. */
    public static Likeness toEmbedding(UnClipModel model, float[] values) {
        return new Likeness(model, Optional.empty(), Optional.of(Tensor.of(values, 1, values.length)));
    }

    /**
     * To the picture that a prior sees in the prompt.
     *
     * @param model one with a prior
     */
    public static Likeness toPrompt(UnClipModel model) {
        return new Likeness(model, Optional.empty(), Optional.empty());
    }

    /** Whether the prior makes it of the prompt. */
    public boolean isOfPrompt() {
        return square.isEmpty() && embedding.isEmpty();
    }

    /** Steps that the prior takes, 0 where it is not asked. */
    public int priorSteps() {
        return isOfPrompt() ? prior().steps() : 0;
    }

    private Prior prior() {
        return model.prior().orElseThrow();
    }

    /** What it takes of the unCLIP model. */
    public Cost cost(int imageCount) {
        if (isOfPrompt()) {
            return prior().cost(imageCount);
        }
        return square.isPresent() ? ImageEncoder.cost() : ImageProjection.cost();
    }

    /** The embedding that is not the prior's, float32 (1, coordinates). */
    public Tensor known(Permit permit) {
        return embedding.orElseGet(() -> ImageEncoder.encode(model, permit, square.orElseThrow()));
    }
}
