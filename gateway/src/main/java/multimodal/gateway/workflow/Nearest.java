package multimodal.gateway.workflow;

import java.util.Collection;
import java.util.Comparator;

/** Guesses what was meant. */
public final class Nearest {
    /** Further letters are not looked at. */
    private static final int MAX_LENGTH = 128;

    private Nearest() {}

    /** The one of {@code known}, at least one, with the fewest letters to change, add or leave out. */
    public static String to(String word, Collection<String> known) {
        String start = word.substring(0, Math.min(word.length(), MAX_LENGTH));
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(start, candidate)))
                .orElseThrow();
    }

    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
