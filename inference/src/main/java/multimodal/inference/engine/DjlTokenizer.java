package multimodal.inference.engine;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.TokenizerSpec;

/** A {@code tokenizer.json}, run by Hugging Face's own library. It neither cuts nor pads, whatever the file says. */
public final class DjlTokenizer implements Tokenizer, AutoCloseable {

    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "true");

    private final HuggingFaceTokenizer tokenizer;

    private DjlTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Loads the tokenizer of a model whose files have been checked.
     *
     * @throws InferenceException {@code MISCONFIGURED} if it does not load
     */
    public static DjlTokenizer load(ModelManifest manifest, TokenizerSpec spec) {
        return load(manifest.directory().resolve(spec.file()));
    }

    static DjlTokenizer load(Path file) {
        DjlRuntime.prepare();
        try {
            return new DjlTokenizer(HuggingFaceTokenizer.newInstance(file, OPTIONS));
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED, file.getFileName() + ": does not load: " + DjlRuntime.rootCause(e), e);
        }
    }

    @Override
    public Encoding encode(String text) {
        String sound = replaceLoneSurrogates(text);
        ai.djl.huggingface.tokenizers.Encoding encoding = tokenizer.encode(sound);
        int[] offsets = utf16Offsets(sound);
        List<Integer> starts = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        for (CharSpan span : encoding.getCharTokenSpans()) {
            starts.add(span == null ? -1 : offsets[span.getStart()]);
            ends.add(span == null ? -1 : offsets[span.getEnd()]);
        }
        return new Encoding(Arrays.stream(encoding.getIds()).boxed().toList(), starts, ends);
    }

    /** The library takes Unicode only; the replacement is as long as what it replaces, so that offsets stay true. */
    private static String replaceLoneSurrogates(String text) {
        StringBuilder sound = null;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (Character.charCount(text.codePointAt(i)) == 2) {
                    i++;
                } else {
                    sound = sound == null ? new StringBuilder(text) : sound;
                    sound.setCharAt(i, '\ufffd');
                }
            }
        }
        return sound == null ? text : sound.toString();
    }

    /** For each code point, which is what the library counts, the offset that Java counts. */
    private static int[] utf16Offsets(String text) {
        int[] offsets = new int[text.codePointCount(0, text.length()) + 1];
        for (int i = 0, offset = 0; i < offsets.length; i++) {
            offsets[i] = offset;
            offset += offset < text.length() ? Character.charCount(text.codePointAt(offset)) : 0;
        }
        return offsets;
    }

    @Override
    public String decode(List<Long> ids) {
        return tokenizer.decode(ids.stream().mapToLong(Long::longValue).toArray(), true);
    }

    /** Gives the native memory back. Idempotent. */
    @Override
    public void close() {
        tokenizer.close();
    }
}
