package multimodal.client.graph;

import multimodal.client.InputException;

/** A graph file is none; the message is one line that says where and why. */
public final class GraphException extends InputException {
    private static final long serialVersionUID = 1L;

    GraphException(String message) {
        super(message.replaceAll("\\R", " "));
    }
}
