package multimodal.image.pipeline;

/**
 * A piece of the catalogue in one language.
 *
 * @param kind of piece
 * @param name in the catalogue
 * @param text its words
 */
public record PromptPart(Kind kind, String name, String text) {

    /** In the order in which they are added. */
    public enum Kind {
        STYLE,
        MOOD,
        QUALITY
    }
}
