package multimodal.clip.pipeline;

import multimodal.clip.steps.PictureFile;

/**
 * What to describe, and how.
 *
 * @param language key of the manifest's {@code languages}, e.g. {@code en}
 */
public record CaptionOptions(PictureFile picture, String language, DecodingOptions decoding) {}
