package multimodal.clip.pipeline;

import java.util.List;
import multimodal.clip.steps.TextTokens;
import multimodal.inference.tensor.Tensor;

/**
 * A text that has been read while looking at a picture.
 *
 * @param matchScore how probable it is that the text fits the picture, 0 to 1
 * @param spans of each token that was read, the part of the text that it stands for
 * @param states float32 (tokens, dimension), of each token after the last layer
 * @param attention float32 (tokens, patches), the share of each token's look that falls on each patch, row by row; each row
 *     adds up to at most 1, and what is left has found nothing
 */
public record Fusion(
        double matchScore,
        List<TextTokens.Span> spans,
        Tensor states,
        Tensor attention,
        PatchGrid grid,
        WorkInfo info) {}
