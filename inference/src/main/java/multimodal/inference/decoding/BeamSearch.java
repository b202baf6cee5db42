package multimodal.inference.decoding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Follows the likeliest texts side by side, as transformers' {@code generate(num_beams=…)} with {@code
 * early_stopping=False}. Give the logits of {@link #open} to {@link #advance} while there are any, then take {@link #done}.
 * Not thread-safe.
 */
public final class BeamSearch {

    /**
     * A text that is followed or done.
     *
     * @param parent its place in {@link #open} before the last token came; 0 before the first
     * @param tokens new ids, prompt and end token left out
     * @param score sum of log-probabilities; divided by the length penalty once the text is done
     * @param finish why it ended; null while it is open
     */
    public record Beam(int parent, List<Long> tokens, double score, FinishReason finish) {

        /** Of an open text, after the first {@link #advance}. */
        public long lastToken() {
            return tokens.get(tokens.size() - 1);
        }
    }

    private static final Comparator<Beam> BEST_FIRST =
            Comparator.comparingDouble(Beam::score).reversed();

    private final int width;
    private final double lengthPenalty;
    private final List<Long> prompt;
    private final LogitsFilter filter;
    private final StopRule rule;
    private List<Beam> open = List.of(new Beam(0, List.of(), 0, null));
    private List<Beam> done = List.of();

    /**
     * A search that starts at the prompt.
     *
     * @param width texts that are followed, at least 1
     * @param lengthPenalty the score of a text is divided by its length to this power, end token counted
     * @param prompt ids before the new tokens
     * @param filter applied to the log-probabilities of each beam
     * @param rule end token and limit; its stop texts are not looked at
     */
    public BeamSearch(int width, double lengthPenalty, List<Long> prompt, LogitsFilter filter, StopRule rule) {
        this.width = width;
        this.lengthPenalty = lengthPenalty;
        this.prompt = List.copyOf(prompt);
        this.filter = filter;
        this.rule = rule;
    }

    /** The texts whose next logits are wanted, best first; at most {@code width}, empty when the search is over. */
    public List<Beam> open() {
        return open;
    }

    /** The texts that are done, best first; at the end at most {@code width}, at least one. */
    public List<Beam> done() {
        return done;
    }

    /**
     * Takes a step.
     *
     * @param logits of the next token, one array for each beam of {@link #open} in its order
     */
    public void advance(List<float[]> logits) {
        int length = open.get(0).tokens().size() + 1;
        List<Candidate> candidates = candidates(logits);
        List<Beam> nowOpen = new ArrayList<>();
        List<Beam> nowDone = new ArrayList<>(done);
        for (int rank = 0; rank < candidates.size(); rank++) {
            Candidate candidate = candidates.get(rank);
            boolean isEnd = rule.endsWith(candidate.token);
            if (!isEnd && length < rule.maxTokens()) {
                nowOpen.add(candidate.beam(candidate.score, null));
            } else if (rank < width) {
                FinishReason reason = isEnd ? FinishReason.END : FinishReason.LENGTH;
                nowDone.add(candidate.beam(candidate.score / Math.pow(length, lengthPenalty), reason));
            }
        }
        done = firstOf(nowDone.stream().sorted(BEST_FIRST).toList());
        open = firstOf(nowOpen);
        if (!open.isEmpty() && !canImprove(length)) {
            open = List.of();
        }
    }

    /** Whether the best open text, at its present length, would still replace a done one. */
    private boolean canImprove(int length) {
        return done.size() < width
                || open.get(0).score() / Math.pow(length, lengthPenalty)
                        > done.get(width - 1).score();
    }

    private record Candidate(int place, Beam parent, long token, double score) {

        Beam beam(double newScore, FinishReason reason) {
            List<Long> tokens = new ArrayList<>(parent.tokens());
            if (reason != FinishReason.END) {
                tokens.add(token);
            }
            return new Beam(place, List.copyOf(tokens), newScore, reason);
        }
    }

    /** The best continuations of all open texts, best first; twice the width, so that enough stay open if some end. */
    private List<Candidate> candidates(List<float[]> logits) {
        return IntStream.range(0, open.size())
                .boxed()
                .flatMap(place -> continuations(place, logits.get(place)).stream())
                .sorted(Comparator.comparingDouble(Candidate::score).reversed())
                .limit(2L * width)
                .toList();
    }

    private List<Candidate> continuations(int place, float[] logits) {
        Beam parent = open.get(place);
        List<Long> history = new ArrayList<>(prompt);
        history.addAll(parent.tokens());
        float[] scores = filter.apply(LogProbabilities.logSoftmax(logits), history);
        int[] ascending = Ranking.ascending(scores);
        return IntStream.range(Math.max(0, ascending.length - 2 * width), ascending.length)
                .map(index -> ascending[index])
                .filter(token -> scores[token] > Float.NEGATIVE_INFINITY)
                .mapToObj(token -> new Candidate(place, parent, token, parent.score() + scores[token]))
                .toList();
    }

    private List<Beam> firstOf(List<Beam> beams) {
        return List.copyOf(beams.subList(0, Math.min(width, beams.size())));
    }
}
