package multimodal.image;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "multimodal.image", importOptions = DoNotIncludeTests.class)
class ImageArchitectureTest {

    @ArchTest
    static final ArchRule arrowsPointDown = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("module")
            .definedBy("multimodal.image")
            .layer("rpc")
            .definedBy("multimodal.image.rpc..")
            .layer("pipeline")
            .definedBy("multimodal.image.pipeline..")
            .layer("steps")
            .definedBy("multimodal.image.steps..")
            .whereLayer("module")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("rpc")
            .mayOnlyBeAccessedByLayers("module")
            .whereLayer("pipeline")
            .mayOnlyBeAccessedByLayers("module", "rpc")
            .whereLayer("steps")
            .mayOnlyBeAccessedByLayers("module", "rpc", "pipeline");

    @ArchTest
    static final ArchRule pipelinesKnowNoProtoAndNoFramework = noClasses()
            .that()
            .resideInAnyPackage("multimodal.image.pipeline..", "multimodal.image.steps..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "multimodal.image.v1..",
                    "multimodal.common..",
                    "com.google.protobuf..",
                    "io.grpc..",
                    "io.quarkus..",
                    "jakarta..");

    @ArchTest
    static final ArchRule nobodyTouchesAnEngine =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("ai.djl..", "multimodal.inference.engine..");

    @ArchTest
    static final ArchRule theEdgeHasNoTensors = noClasses()
            .that()
            .resideInAPackage("multimodal.image.rpc..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("multimodal.inference.tensor..");

    @ArchTest
    static final ArchRule nobodyOpensAnAddressOrAFile =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("java.net..", "java.nio.file..");
}
