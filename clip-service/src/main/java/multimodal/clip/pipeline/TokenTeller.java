package multimodal.clip.pipeline;

import java.util.function.Consumer;
import multimodal.inference.decoding.TokenText;

/**
 * Tells the tokens of one text as they come, each with the text it adds. The newest waits for the next one or the end, so
 * that what was held back behind it (half a character, the beginning of a stop text) still finds a token to go with.
 */
final class TokenTeller {

    private static final String HALF_CHARACTER = "\uFFFD+$";

    private final int sequence;
    private final TokenText text;
    private final Consumer<? super TextEvent.Token> sink;
    private final StringBuilder told = new StringBuilder();
    private boolean atStart;
    private TextEvent.Token newest;
    private int count;

    /**
     * A teller of no tokens yet.
     *
     * @param sequence which of several texts it is
     * @param trimStart whether the text stands alone, so that blanks at its beginning mean nothing
     */
    TokenTeller(int sequence, TokenText text, boolean trimStart, Consumer<? super TextEvent.Token> sink) {
        this.sequence = sequence;
        this.text = text;
        this.atStart = trimStart;
        this.sink = sink;
    }

    void add(long id, float logProbability) {
        String piece = trimmed(text.append(id));
        tellNewest("");
        newest = new TextEvent.Token(sequence, piece, id, logProbability);
        count++;
    }

    /** Ends the text and returns the whole of it, the told pieces joined. */
    String finish() {
        String rest = trimmed(text.finish().replaceFirst(HALF_CHARACTER, ""));
        tellNewest(rest);
        return told.toString();
    }

    /** Tokens so far. */
    int count() {
        return count;
    }

    private void tellNewest(String rest) {
        if (newest != null) {
            String piece = newest.text() + rest;
            told.append(piece);
            sink.accept(new TextEvent.Token(sequence, piece, newest.id(), newest.logProbability()));
            newest = null;
        }
    }

    private String trimmed(String piece) {
        if (!atStart) {
            return piece;
        }
        String stripped = piece.stripLeading();
        atStart = stripped.isEmpty();
        return stripped;
    }
}
