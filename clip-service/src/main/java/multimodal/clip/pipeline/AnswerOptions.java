package multimodal.clip.pipeline;

import multimodal.clip.steps.PictureFile;

/**
 * What to answer.
 *
 * @param language of the question, key of the manifest's {@code languages}
 */
public record AnswerOptions(PictureFile picture, Content.Text question, String language) {}
