package multimodal.clip.pipeline;

/** Where something lies in the joint space. */
public sealed interface Place {

    /** Where a model puts this content. */
    record Of(Content content) implements Place {}

    /**
     * Here.
     *
     * @param vector L2-normalised, not to be changed
     */
    record At(float[] vector) implements Place {}
}
