package multimodal.image.steps;

import multimodal.inference.tensor.Tensor;

/**
 * Encoded prompts.
 *
 * @param hidden float32 (prompts, tokens, dimension), one state a token
 * @param pooled float32 (prompts, dimension), the state at the end of each prompt
 */
public record TextStates(Tensor hidden, Tensor pooled) {

    /** Prompt {@code index}, {@code count} times. */
    TextStates repeat(int index, int count) {
        return new TextStates(hidden.row(index).repeat(count), pooled.row(index).repeat(count));
    }
}
