package multimodal.clip.pipeline;

import java.util.List;
import multimodal.clip.steps.TextTokens;

/**
 * A text of the request that is longer than the model reads.
 *
 * @param field path in the request
 * @param droppedWords what the model has not seen
 */
public record CutText(String field, List<String> droppedWords) {

    public CutText {
        droppedWords = List.copyOf(droppedWords);
    }

    /** What to say about {@code tokens}: one entry if they were cut, none if not. */
    static List<CutText> of(String field, TextTokens tokens) {
        return tokens.isCut() ? List.of(new CutText(field, tokens.droppedWords())) : List.of();
    }
}
