package multimodal.inference.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRepositoryTest {

    @TempDir
    Path first;

    @TempDir
    Path second;

    @Test
    void theExampleOfTheDocsIsLoaded() {
        ModelRepository repository = new ModelRepository(List.of(ExampleModel.ROOT));
        assertThat(repository.models()).containsExactly(ExampleModel.ID);
        assertThat(repository.load(ExampleModel.ID).artifacts()).containsOnlyKeys("mixer");
    }

    @Test
    void modelsOfAllRootsAreListedByNameAndVersionInNaturalOrder() {
        ExampleModel.copyTo(first, "example", "10");
        ExampleModel.copyTo(first, "example", "9");
        ExampleModel.copyTo(second, "example", "1.10-beta");
        ExampleModel.copyTo(second, "example", "1.9");
        ExampleModel.copyTo(second, "another", "1");
        assertThat(new ModelRepository(List.of(first, second)).models())
                .extracting(ModelId::toString)
                .containsExactly("another/1", "example/1.9", "example/1.10-beta", "example/9", "example/10");
    }

    @Test
    void theFirstRootThatHasAModelWins() {
        ExampleModel.copyTo(first, "example", "1");
        ExampleModel.copyTo(second, "example", "1");
        ModelRepository repository = new ModelRepository(List.of(first, second));
        assertThat(repository.models()).hasSize(1);
        assertThat(repository.load(ExampleModel.ID).directory()).startsWith(first);
    }

    @Test
    void aModelThatArrivesLaterIsFound() {
        ModelRepository repository = new ModelRepository(List.of(first));
        assertThat(repository.models()).isEmpty();
        ExampleModel.copyTo(first, "example", "1");
        assertThat(repository.models()).containsExactly(ExampleModel.ID);
    }

    @Test
    void aFolderWithoutManifestIsNoModel() throws IOException {
        Files.delete(ExampleModel.copyTo(first, "example", "1").resolve("model.yaml"));
        assertThat(new ModelRepository(List.of(first)).models()).isEmpty();
    }

    @Test
    void aModelThatIsNotThereIsToldWithThoseThatAre() {
        ModelRepository repository = new ModelRepository(List.of(ExampleModel.ROOT));
        assertThatThrownBy(() -> repository.load(new ModelId("../../etc", "1")))
                .hasMessage("model: ../../etc/1 (expected: one of [example/1])")
                .extracting(e -> ((InferenceException) e).kind())
                .isEqualTo(ErrorKind.NOT_FOUND);
    }

    @Test
    void filesWithAnotherSha256AreNeverLoaded() throws IOException {
        Path folder = ExampleModel.copyTo(first, "example", "1");
        Files.write(folder.resolve("mixer.pt"), new byte[] {0}, StandardOpenOption.APPEND);
        Files.writeString(folder.resolve("mixer.onnx"), "");
        ModelRepository repository = new ModelRepository(List.of(first));
        assertThatThrownBy(() -> repository.load(ExampleModel.ID))
                .isInstanceOf(InferenceException.class)
                .hasMessageMatching(
                        """
                        example/1: files that are not those of the manifest
                          mixer.onnx: sha256 e3b0c442[0-9a-f]{56} \\(expected: [0-9a-f]{64}\\)
                          mixer.pt: sha256 [0-9a-f]{64} \\(expected: [0-9a-f]{64}\\)""");
    }

    @Test
    void aManifestIsReadWithoutItsFiles() throws IOException {
        Path folder = ExampleModel.copyTo(first, "example", "1");
        Files.writeString(folder.resolve("mixer.onnx"), "");
        assertThat(new ModelRepository(List.of(first)).manifest(ExampleModel.ID).task())
                .isEqualTo("example");
    }

    @Test
    void theDocsShowTheManifestOfTheExample() throws IOException {
        Path docs = Path.of(System.getProperty("fleet.root"), "docs/model-repository.md");
        assertThat(Files.readString(docs))
                .contains(Files.readString(ExampleModel.ROOT.resolve("example/1/model.yaml")));
    }

    @Test
    void rootsThatAreNoFoldersAreNamed() {
        Path missing = first.resolve("missing");
        assertThatThrownBy(() -> new ModelRepository(List.of(first, missing)))
                .hasMessage("model repository: [" + missing + "] (expected: folders that exist)");
    }
}
