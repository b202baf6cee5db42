package multimodal.gateway.workflow;

import java.util.List;

/** The workflows that have an RPC of their own. */
public final class Workflows {
    /** The input, and the nodes, of {@link #TEXT_TO_IMAGE_TO_TEXT}. */
    public static final String PROMPT = "prompt";

    public static final String GENERATE_IMAGE = "generate_image";
    public static final String CAPTION_IMAGE = "caption_image";
    public static final String CONTINUE_TEXT = "continue_text";

    /** A text becomes a picture, the picture a caption, the caption a longer text. */
    public static final Workflow TEXT_TO_IMAGE_TO_TEXT = new Workflow(
            "TextToImageToText",
            "Makes a picture from a text, a caption from the picture, and a continuation from the caption.",
            List.of(new Port(PROMPT, PortType.TEXT)),
            List.of(
                    new Node(GENERATE_IMAGE, NodeTypes.GENERATE_IMAGE),
                    new Node(CAPTION_IMAGE, NodeTypes.CAPTION_IMAGE),
                    new Node(CONTINUE_TEXT, NodeTypes.CONTINUE_TEXT)),
            List.of(
                    new Edge(PortRef.input(PROMPT), new PortRef(GENERATE_IMAGE, "prompt")),
                    new Edge(new PortRef(GENERATE_IMAGE, "image"), new PortRef(CAPTION_IMAGE, "image")),
                    new Edge(new PortRef(CAPTION_IMAGE, "caption"), new PortRef(CONTINUE_TEXT, "prompt"))));

    /** All of them, sorted by name. */
    public static final List<Workflow> ALL = List.of(TEXT_TO_IMAGE_TO_TEXT);

    private Workflows() {}
}
