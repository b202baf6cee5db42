package multimodal.gateway.workflow;

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
    VIDEO
}
