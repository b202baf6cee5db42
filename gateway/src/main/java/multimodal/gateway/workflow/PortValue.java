package multimodal.gateway.workflow;

import multimodal.common.v1.Embedding;
import multimodal.common.v1.Image;

/** A value on its way along an edge. */
public sealed interface PortValue {
    /** A text. */
    record TextValue(String text) implements PortValue {
        @Override
        public Object field() {
            return text;
        }
    }

    /** A picture. */
    record ImageValue(Image image) implements PortValue {
        @Override
        public Object field() {
            return image;
        }
    }

    /** An embedding. */
    record EmbeddingValue(Embedding embedding) implements PortValue {
        @Override
        public Object field() {
            return embedding;
        }
    }

    /** The value as a field of a message holds it. */
    Object field();

    /** The value that {@code field} is, one that a message holds at a port. */
    static PortValue of(Object field) {
        if (field instanceof String text) {
            return new TextValue(text);
        }
        return field instanceof Image image ? new ImageValue(image) : new EmbeddingValue((Embedding) field);
    }
}
