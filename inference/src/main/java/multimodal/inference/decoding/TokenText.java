package multimodal.inference.decoding;

import java.util.ArrayList;
import java.util.List;

/**
 * Turns tokens into text as they come. Each token gives a piece; the pieces joined are the text. A piece is empty while a
 * character is not complete, or while what has come may be the beginning of a stop text. One instance serves one text; not
 * thread-safe.
 */
public final class TokenText {

    private static final char REPLACEMENT = '\ufffd';
    /** No UTF-8 character has more bytes, and a token has at least one: beyond that the bytes are simply wrong. */
    private static final int MAX_TOKENS_OF_CHARACTER = 4;

    private final Tokenizer tokenizer;
    private final StopTexts stopTexts;
    /** Tokens of the last piece: decoded again before the waiting ones, as a tokenizer may treat the first one apart. */
    private List<Long> before = List.of();

    private final List<Long> waiting = new ArrayList<>();

    public TokenText(Tokenizer tokenizer, List<String> stopTexts) {
        this.tokenizer = tokenizer;
        this.stopTexts = new StopTexts(stopTexts);
    }

    /** Adds a token and gives the text that is certain now and was not before. */
    public String append(long token) {
        waiting.add(token);
        String piece = decodeWaiting();
        boolean isComplete = !piece.isEmpty() && piece.charAt(piece.length() - 1) != REPLACEMENT;
        if (!isComplete && waiting.size() < MAX_TOKENS_OF_CHARACTER) {
            return "";
        }
        return stopTexts.accept(take(piece));
    }

    /** The rest of the text, when no token comes any more: what was held back, an incomplete character as U+FFFD. */
    public String finish() {
        String piece = waiting.isEmpty() ? "" : take(decodeWaiting());
        return stopTexts.accept(piece) + stopTexts.finish();
    }

    /** Whether a stop text has appeared; every further piece is empty. */
    public boolean isStopped() {
        return stopTexts.isFound();
    }

    private String decodeWaiting() {
        List<Long> all = new ArrayList<>(before);
        all.addAll(waiting);
        String known = before.isEmpty() ? "" : tokenizer.decode(before);
        String text = tokenizer.decode(all);
        return text.length() <= known.length() ? "" : text.substring(known.length());
    }

    private String take(String piece) {
        before = List.copyOf(waiting);
        waiting.clear();
        return piece;
    }
}
