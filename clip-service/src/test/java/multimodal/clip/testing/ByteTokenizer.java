package multimodal.clip.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import multimodal.inference.decoding.Tokenizer;

/** One id for each byte of the UTF-8 text, framed by bos and eos. */
public final class ByteTokenizer implements Tokenizer {

    public static final long PAD = 0;
    public static final long BOS = 1;
    public static final long EOS = 2;

    /** Ids of bytes begin here. */
    public static final int FIRST_BYTE = 8;

    /** All ids. */
    public static final int VOCABULARY = FIRST_BYTE + 256;

    /** The ids of a text, without bos and eos. */
    public static List<Long> idsOf(String text) {
        List<Long> ids = new ArrayList<>();
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            ids.add((long) FIRST_BYTE + (value & 0xff));
        }
        return ids;
    }

    @Override
    public Encoding encode(String text) {
        List<Long> ids = new ArrayList<>(List.of(BOS));
        List<Integer> starts = new ArrayList<>(List.of(-1));
        List<Integer> ends = new ArrayList<>(List.of(-1));
        for (int start = 0; start < text.length(); start = text.offsetByCodePoints(start, 1)) {
            int end = text.offsetByCodePoints(start, 1);
            for (long id : idsOf(text.substring(start, end))) {
                ids.add(id);
                starts.add(start);
                ends.add(end);
            }
        }
        ids.add(EOS);
        starts.add(-1);
        ends.add(-1);
        return new Encoding(ids, starts, ends);
    }

    @Override
    public String decode(List<Long> ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ids.stream().filter(id -> id >= FIRST_BYTE).forEach(id -> bytes.write((int) (id - FIRST_BYTE)));
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
