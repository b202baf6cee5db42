package multimodal.gateway.workflow;

import com.google.protobuf.Descriptors.FieldDescriptor;
import multimodal.common.v1.Embedding;
import multimodal.common.v1.Image;

/** What a port carries; an edge joins ports of the same type. */
public enum PortType {
    /** A text. */
    TEXT,
    /** A picture. */
    IMAGE,
    /** A point in the space of a CLIP model. */
    EMBEDDING,
    /** A sound. */
    AUDIO,
    /** A video. */
    VIDEO,
    /** What somebody wrote that is none of these; {@link WorkflowValidator} refuses it. */
    UNKNOWN;

    /**
     * What a port carries whose value is {@code field}.
     *
     * @throws IllegalArgumentException if no port can carry it
     */
    static PortType of(FieldDescriptor field) {
        if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
            return TEXT;
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            if (field.getMessageType().equals(Image.getDescriptor())) {
                return IMAGE;
            }
            if (field.getMessageType().equals(Embedding.getDescriptor())) {
                return EMBEDDING;
            }
        }
        throw new IllegalArgumentException(field.getFullName() + ": no port carries this");
    }
}
