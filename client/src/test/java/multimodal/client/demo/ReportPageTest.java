package multimodal.client.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import multimodal.client.run.RunState;
import multimodal.client.testing.ScriptedRuns;
import multimodal.clip.v1.Answer;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.LabelScore;
import org.junit.jupiter.api.Test;

class ReportPageTest {

    private final List<DemoRun> runs =
            DemoPrompt.ALL.stream().map(ReportPageTest::run).toList();
    private final DemoPicture dog = new DemoPicture("gallery-dog", "a dog & its house", ScriptedRuns.image(1));
    private final String page = ReportPage.render(new DemoResults(
            runs,
            List.of(dog),
            new DemoOutlines(
                    dog,
                    new DemoPicture("outlined-edges", "the edges", ScriptedRuns.image(1)),
                    new DemoPicture("outlined", "a dog <outside>", ScriptedRuns.image(1))),
            List.of(new DemoSearch(DemoSearch.QUERIES.get(1), List.of(new DemoSearch.Hit(dog, 0.314))))));

    @Test
    void everythingItShowsIsInsideIt() {
        Matcher sources = Pattern.compile("(?:src|href)=\"([^\"]{0,40})").matcher(page);
        assertThat(sources.results().map(source -> source.group(1)))
                .hasSize(4
                        + runs.stream()
                                .mapToInt(run -> 1 + run.previews().size())
                                .sum())
                .allMatch(source -> source.startsWith("data:image/png;base64,"));
        assertThat(page).doesNotContain("http://", "https://", "url(", "@import", "<script", "{{");
    }

    @Test
    void textsAreEscaped() {
        assertThat(page).contains("The moon &lt;rises&gt; &amp; shines.").doesNotContain("<rises>");
    }

    @Test
    void eachSentenceHasItsCaptionStoryAndLabels() {
        assertThat(page)
                .contains("a castle under the night sky", "a castle at night", "<span>castle</span>")
                .contains("一座神秘的古堡在月光下闪闪发光", "夜空下的城堡", "月亮升起来了。", "<span>城堡</span>");
    }

    @Test
    void eachQuestionHasItsAnswerAndEachSearchItsHits() {
        assertThat(page)
                .contains("is there a castle in this picture?", "(75 %)", "<td>answer_question</td>")
                .contains("雪地上的小狗", "a dog &amp; its house <span class=\"number\">0.31</span>");
    }

    @Test
    void thePictureItsEdgesAndWhatTheySteeredStandSideBySide() {
        assertThat(page)
                .containsSubsequence(
                        "<figcaption>a dog &amp; its house</figcaption>",
                        "<figcaption>the edges</figcaption>",
                        "<figcaption>a dog &lt;outside&gt;</figcaption>");
    }

    @Test
    void eachNodeHasABarAndARow() {
        for (String node : List.of("generate_image", "caption_image", "continue_text")) {
            assertThat(page).contains("<span>" + node + "</span><div class=\"track\">", "<td>" + node + "</td>");
        }
        assertThat(page).contains("title=\"engine 300 ms\"");
    }

    private static DemoRun run(DemoPrompt prompt) {
        RunState run = new RunState();
        ScriptedRuns.castle(prompt.request()).forEach(run::apply);
        RunState asked = new RunState();
        ScriptedRuns.answered(prompt.askRequest(ScriptedRuns.image(1))).forEach(asked::apply);
        Answer answer = Answer.newBuilder().setAnswer("yes").setConfidence(0.75).build();
        ClassifyResponse classes = ClassifyResponse.newBuilder()
                .addScores(
                        LabelScore.newBuilder().setLabel(prompt.labels().get(0)).setProbability(1))
                .build();
        return new DemoRun(prompt, run, asked, answer, classes);
    }
}
