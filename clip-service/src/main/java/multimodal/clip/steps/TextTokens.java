package multimodal.clip.steps;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.decoding.Tokenizer.Encoding;
import multimodal.inference.repository.TokenizerSpec;

/**
 * A text as the ids that a model reads, cut where the model's limit demands it.
 *
 * @param ids special tokens included, not padded, at least 1
 * @param spans of each id the part of the text that it stands for; of a special token nothing, at the end of what stands
 *     before it
 * @param droppedWords the words that the ids no longer hold, in their order; empty when nothing was cut
 */
public record TextTokens(List<Long> ids, List<Span> spans, List<String> droppedWords) {

    /** The part of a text from {@code start} to before {@code end}, in UTF-16 units. */
    public record Span(int start, int end) {}

    public TextTokens {
        ids = List.copyOf(ids);
        spans = List.copyOf(spans);
        droppedWords = List.copyOf(droppedWords);
    }

    /** A text to be read as a whole: framed by bos and eos, its end cut so that {@code spec.maxLength()} ids remain. */
    public static TextTokens framed(Tokenizer tokenizer, TokenizerSpec spec, String text) {
        Encoding encoding = tokenizer.encode(text);
        int limit = spec.maxLength();
        List<Span> spans = spans(encoding);
        if (encoding.ids().size() <= limit) {
            return new TextTokens(encoding.ids(), spans, List.of());
        }
        List<Long> kept = new ArrayList<>(encoding.ids().subList(0, limit - 1));
        kept.add(spec.eosId());
        List<Span> keptSpans = new ArrayList<>(spans.subList(0, limit - 1));
        keptSpans.add(endOf(keptSpans));
        return new TextTokens(
                kept, keptSpans, words(text.substring(encoding.starts().get(limit - 1))));
    }

    /**
     * A text to be continued: its beginning cut so that at most {@code limit} ids remain. Before it stands bos where the
     * tokenizer itself frames texts, or where there would be nothing else; GPT-2's frames none.
     */
    public static TextTokens open(Tokenizer tokenizer, TokenizerSpec spec, String text, int limit) {
        Encoding encoding = tokenizer.encode(text);
        boolean isFramed = encoding.ids().isEmpty() || encoding.starts().get(0) < 0;
        List<Long> kept = new ArrayList<>(isFramed ? List.of(spec.bosId()) : List.of());
        List<Span> keptSpans = new ArrayList<>(isFramed ? List.of(new Span(0, 0)) : List.of());
        List<Span> spans = spans(encoding);
        int first = firstKept(encoding, limit - kept.size());
        int cutAt = text.length();
        for (int index = first; index < encoding.ids().size(); index++) {
            if (encoding.starts().get(index) >= 0) {
                kept.add(encoding.ids().get(index));
                keptSpans.add(spans.get(index));
                cutAt = Math.min(cutAt, spans.get(index).start());
            }
        }
        return new TextTokens(kept, keptSpans, first == 0 ? List.of() : words(text.substring(0, cutAt)));
    }

    /** Whether the model does not see the whole text. */
    public boolean isCut() {
        return !droppedWords.isEmpty();
    }

    /** The index from which exactly {@code room} ids of the text itself follow, 0 when all of them fit. */
    private static int firstKept(Encoding encoding, int room) {
        int seen = 0;
        for (int index = encoding.ids().size() - 1; index >= 0; index--) {
            if (encoding.starts().get(index) >= 0 && ++seen > room) {
                return index + 1;
            }
        }
        return 0;
    }

    private static List<Span> spans(Encoding encoding) {
        List<Span> spans = new ArrayList<>();
        for (int index = 0; index < encoding.ids().size(); index++) {
            int start = encoding.starts().get(index);
            spans.add(start < 0 ? endOf(spans) : new Span(start, encoding.ends().get(index)));
        }
        return spans;
    }

    /** Nothing, at the end of {@code spans}. */
    private static Span endOf(List<Span> spans) {
        int end = spans.isEmpty() ? 0 : spans.get(spans.size() - 1).end();
        return new Span(end, end);
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : Arrays.asList(text.strip().split("\\s+"));
    }
}
