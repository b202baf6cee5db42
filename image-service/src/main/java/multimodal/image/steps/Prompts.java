package multimodal.image.steps;

import java.util.List;
import java.util.Optional;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.tensor.Tensor;

/**
 * What steers the pictures of one request, which differ in their noise and in nothing else but perhaps their likeness.
 *
 * @param prompt steers the rows that are guided to
 * @param negative steers the rows that are guided away from; not encoded unless there is guidance
 * @param pooled states in place of the prompt's pooled one, or of as many coordinates at its beginning, float32 (pictures or
 *     1, coordinates), for a likeness that no words tell
 */
public record Prompts(PromptTokens prompt, PromptTokens negative, Optional<Tensor> pooled) {

    /** Of words alone. */
    public Prompts(PromptTokens prompt, PromptTokens negative) {
        this(prompt, negative, Optional.empty());
    }

    /** The states of each slot. */
    TextStates encode(PromptEncoder encoder, ClassifierFreeGuidance guidance, int imageCount) {
        List<PromptTokens> read = guidance.isActive() ? List.of(negative, prompt) : List.of(prompt);
        TextStates states = encoder.encode(read);
        TextStates unconditional = states.repeat(0, imageCount);
        TextStates conditional = states.repeat(read.size() - 1, imageCount);
        Tensor told = pooled.map(given -> given.rows() == imageCount ? given : given.repeat(imageCount))
                .map(given -> before(given, conditional.pooled()))
                .orElse(conditional.pooled());
        return new TextStates(
                guidance.conditions(unconditional.hidden(), conditional.hidden()),
                guidance.conditions(unconditional.pooled(), told));
    }

    /** Rows of {@code states} that begin as those of {@code given}, which are no longer. */
    private static Tensor before(Tensor given, Tensor states) {
        int length = given.shape().dimension(1);
        float[] values = states.floats().clone();
        int stride = states.shape().dimension(1);
        for (int row = 0; row < given.rows(); row++) {
            System.arraycopy(given.floats(), row * length, values, row * stride, length);
        }
        return Tensor.of(states.shape(), values);
    }

    /** Which tokens of each slot are read: float32 (slots, tokens), one up to the end of the text. */
    Tensor mask(PromptEncoder encoder, ClassifierFreeGuidance guidance, int imageCount) {
        long end = encoder.endToken();
        return guidance.conditions(
                negative.mask(end).repeat(imageCount), prompt.mask(end).repeat(imageCount));
    }
}
