package multimodal.clip.pipeline;

import multimodal.inference.decoding.FinishReason;

/**
 * A finished answer.
 *
 * @param confidence how probable it is that the picture answers the question so, 0 to 1; see {@link Confidence}
 * @param isUnknown whether it says that the model does not know
 * @param language of question and answer, key of the manifest's {@code languages}
 * @param tokenCount tokens that were made, without the one that ends it
 */
public record Answer(
        String text,
        double confidence,
        boolean isUnknown,
        String language,
        FinishReason finishReason,
        int tokenCount,
        WorkInfo info) {}
