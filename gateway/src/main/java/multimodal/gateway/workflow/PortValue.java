package multimodal.gateway.workflow;

import multimodal.common.v1.Embedding;
import multimodal.common.v1.Image;

/** A value on its way along an edge. */
public sealed interface PortValue {
    /** A text. */
    record TextValue(String text) implements PortValue {}

    /** A picture. */
    record ImageValue(Image image) implements PortValue {}

    /** An embedding. */
    record EmbeddingValue(Embedding embedding) implements PortValue {}
}
