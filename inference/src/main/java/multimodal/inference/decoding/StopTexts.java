package multimodal.inference.decoding;

import java.util.List;

/** Holds a stream of text back as far as it may be the beginning of a stop text, and ends it where one appears. */
final class StopTexts {

    private final List<String> texts;
    private String held = "";
    private boolean found;

    StopTexts(List<String> texts) {
        this.texts = List.copyOf(texts);
    }

    /** Adds text and gives what of all the text so far is certain and was not given yet. */
    String accept(String piece) {
        if (found) {
            return "";
        }
        String text = held + piece;
        int stop = firstStop(text);
        if (stop >= 0) {
            found = true;
            held = "";
            return text.substring(0, stop);
        }
        int certain = text.length() - longestBeginning(text);
        held = text.substring(certain);
        return text.substring(0, certain);
    }

    /** What was held back, when no more text comes. */
    String finish() {
        String rest = held;
        held = "";
        return rest;
    }

    boolean isFound() {
        return found;
    }

    private int firstStop(String text) {
        return texts.stream()
                .mapToInt(text::indexOf)
                .filter(index -> index >= 0)
                .min()
                .orElse(-1);
    }

    /** How many characters at the end of {@code text} are the beginning of a stop text. */
    private int longestBeginning(String text) {
        int longest = 0;
        for (String stop : texts) {
            for (int length = Math.min(stop.length() - 1, text.length()); length > longest; length--) {
                if (text.endsWith(stop.substring(0, length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
