package multimodal.inference.repository;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Orders versions as people do: runs of digits by value, so that 9 comes before 10 and 1.9 before 1.10. */
final class VersionOrder implements Comparator<String> {

    static final VersionOrder NATURAL = new VersionOrder();

    private static final Pattern RUN = Pattern.compile("\\d+|\\D+");

    private VersionOrder() {}

    @Override
    public int compare(String a, String b) {
        List<String> left = runs(a);
        List<String> right = runs(b);
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int order = compareRuns(left.get(i), right.get(i));
            if (order != 0) {
                return order;
            }
        }
        int order = Integer.compare(left.size(), right.size());
        // 1 and 01 are equal so far, and yet two folders.
        return order != 0 ? order : a.compareTo(b);
    }

    private static List<String> runs(String version) {
        return RUN.matcher(version).results().map(MatchResult::group).toList();
    }

    private static int compareRuns(String a, String b) {
        boolean numbers = Character.isDigit(a.charAt(0)) && Character.isDigit(b.charAt(0));
        return numbers ? new BigInteger(a).compareTo(new BigInteger(b)) : a.compareTo(b);
    }
}
