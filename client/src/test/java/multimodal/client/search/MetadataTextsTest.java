package multimodal.client.search;

import static org.assertj.core.api.Assertions.assertThat;

import multimodal.clip.v1.MetadataValue;
import multimodal.clip.v1.MetadataValue.ValueCase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetadataTextsTest {
    @ParameterizedTest
    @CsvSource({
        "2024, NUMBER",
        "-0.5, NUMBER",
        "1e300, NUMBER",
        "true, FLAG",
        "false, FLAG",
        "True, TEXT",
        "NaN, TEXT",
        "Infinity, TEXT",
        "1f, TEXT",
        "12 cats, TEXT",
        "'', TEXT",
        "猫, TEXT"
    })
    void whatIsTypedHasATypeAndIsWrittenAsItWas(String typed, ValueCase type) {
        MetadataValue value = MetadataTexts.read(typed);

        assertThat(value.getValueCase()).isEqualTo(type);
        assertThat(MetadataTexts.read(MetadataTexts.write(value))).isEqualTo(value);
    }
}
