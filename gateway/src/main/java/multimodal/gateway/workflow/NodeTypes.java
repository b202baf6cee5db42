package multimodal.gateway.workflow;

import java.util.List;

/** The kinds of node that a workflow may have. */
public final class NodeTypes {
    /** {@code prompt} → {@code image}. */
    public static final NodeType GENERATE_IMAGE = new NodeType(
            "multimodal.image.v1.ImageService/GenerateImage",
            List.of(new Port("prompt", PortType.TEXT)),
            List.of(new Port("image", PortType.IMAGE)),
            true);

    /** {@code image} → {@code caption}. */
    public static final NodeType CAPTION_IMAGE = new NodeType(
            "multimodal.clip.v1.VisionLanguageService/CaptionImage",
            List.of(new Port("image", PortType.IMAGE)),
            List.of(new Port("caption", PortType.TEXT)),
            true);

    /** {@code prompt} → {@code text}. */
    public static final NodeType CONTINUE_TEXT = new NodeType(
            "multimodal.clip.v1.VisionLanguageService/ContinueText",
            List.of(new Port("prompt", PortType.TEXT)),
            List.of(new Port("text", PortType.TEXT)),
            true);

    /** All of them. */
    public static final List<NodeType> ALL = List.of(GENERATE_IMAGE, CAPTION_IMAGE, CONTINUE_TEXT);

    private NodeTypes() {}
}
