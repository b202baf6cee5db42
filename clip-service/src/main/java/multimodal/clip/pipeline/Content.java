package multimodal.clip.pipeline;

import multimodal.clip.steps.PictureFile;

/** What is embedded. */
public sealed interface Content {

    /**
     * A text.
     *
     * @param field its path in the request
     * @param value not blank
     */
    record Text(String field, String value) implements Content {}

    /** A picture. */
    record Picture(PictureFile file) implements Content {}
}
