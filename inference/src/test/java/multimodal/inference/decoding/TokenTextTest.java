package multimodal.inference.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenTextTest {

    /** One token for each byte: every character of more than one byte is split among tokens. */
    private static final Tokenizer BYTES = new Tokenizer() {
        @Override
        public Encoding encode(String text) {
            List<Long> ids = new ArrayList<>();
            for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
                ids.add((long) (one & 0xff));
            }
            List<Integer> nowhere = ids.stream().map(id -> -1).toList();
            return new Encoding(ids, nowhere, nowhere);
        }

        @Override
        public String decode(List<Long> ids) {
            byte[] bytes = new byte[ids.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = ids.get(i).byteValue();
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    };

    @Test
    void noPieceEverEndsInsideACharacter() {
        String text = "a 猫 on 雪地 🏰!";
        List<String> pieces = pieces(text, List.of());

        assertThat(String.join("", pieces)).isEqualTo(text);
        assertThat(pieces).allSatisfy(piece -> assertThat(piece).doesNotContain("\ufffd"));
        assertThat(pieces).filteredOn(String::isEmpty).hasSize(2 + 2 + 2 + 3 + 1);
    }

    @Test
    void halfACharacterAtTheEndBecomesAReplacement() {
        TokenText text = new TokenText(BYTES, List.of());
        assertThat(text.append('a')).isEqualTo("a");
        assertThat(text.append(0xe7)).isEmpty();
        assertThat(text.finish()).isEqualTo("\ufffd");
        assertThat(text.finish()).isEmpty();
    }

    @Test
    void bytesThatAreNoCharacterDoNotHoldTheTextBack() {
        TokenText text = new TokenText(BYTES, List.of());
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            all.append(text.append(0xff));
        }
        all.append(text.append('b'));

        assertThat(all).endsWith("b").startsWith("\ufffd");
    }

    @Test
    void replacementCharacterOfTheTextItselfComesThrough() {
        assertThat(String.join("", pieces("x\ufffdy", List.of()))).isEqualTo("x\ufffdy");
    }

    @Test
    void stopTextEndsTheTextAndIsNotPartOfIt() {
        TokenText text = new TokenText(BYTES, List.of("END", "猫"));
        StringBuilder all = new StringBuilder();
        for (long id : BYTES.encode("the EN, the END of it").ids()) {
            all.append(text.append(id));
        }

        assertThat(text.isStopped()).isTrue();
        assertThat(all + text.finish()).isEqualTo("the EN, the ");
    }

    @Test
    void beginningOfAStopTextIsHeldBackUntilItIsSure() {
        TokenText text = new TokenText(BYTES, List.of("\n\n"));
        assertThat(text.append('a')).isEqualTo("a");
        assertThat(text.append('\n')).isEmpty();
        assertThat(text.append('b')).isEqualTo("\nb");
        assertThat(text.append('\n')).isEmpty();
        assertThat(text.finish()).isEqualTo("\n");
        assertThat(text.isStopped()).isFalse();
    }

    @Test
    void ruleTellsWhyTheTextEnds() {
        StopRule rule = new StopRule(2, 3, List.of("!"));
        TokenText text = new TokenText(BYTES, rule.stopTexts());

        assertThat(rule.endsWith(2)).isTrue();
        assertThat(rule.endsWith('a')).isFalse();
        text.append('a');
        assertThat(rule.check(1, text)).isEmpty();
        assertThat(rule.check(3, text)).contains(FinishReason.LENGTH);
        text.append('!');
        assertThat(rule.check(2, text)).contains(FinishReason.STOP_TEXT);
    }

    private static List<String> pieces(String whole, List<String> stopTexts) {
        TokenText text = new TokenText(BYTES, stopTexts);
        List<String> pieces = new ArrayList<>();
        BYTES.encode(whole).ids().forEach(id -> pieces.add(text.append(id)));
        pieces.add(text.finish());
        return pieces;
    }
}
