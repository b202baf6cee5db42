package multimodal.clip;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows: rpc to pipeline to steps, and everything below knows neither gRPC nor Quarkus. */
@AnalyzeClasses(packages = "multimodal.clip", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] EDGE = {
        "io.grpc..", "io.quarkus..", "jakarta..", "com.google.protobuf..", "multimodal.clip.v1..", "multimodal.common.."
    };

    @ArchTest
    static final ArchRule pipelinesKnowNothingOfTheEdge = noClasses()
            .that()
            .resideInAPackage("multimodal.clip.pipeline")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(EDGE)
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("multimodal.clip.rpc");

    @ArchTest
    static final ArchRule stepsKnowNothingOfPipelinesAndTheEdge = noClasses()
            .that()
            .resideInAPackage("multimodal.clip.steps")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(EDGE)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("multimodal.clip.rpc", "multimodal.clip.pipeline");

    @ArchTest
    static final ArchRule theIndexKnowsNothingAboveIt = noClasses()
            .that()
            .resideInAPackage("multimodal.clip.index")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(EDGE)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("multimodal.clip.rpc", "multimodal.clip.pipeline", "multimodal.clip.steps");

    @ArchTest
    static final ArchRule onlyTheIndexKnowsWhereItLies = noClasses()
            .that()
            .resideOutsideOfPackage("multimodal.clip.index")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.lucene..", "java.sql..", "io.agroal..");

    @ArchTest
    static final ArchRule nobodyTouchesAnEngine =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("ai.djl..", "multimodal.inference.engine..");

    @ArchTest
    static final ArchRule onlyTheModuleWires = noClasses()
            .that()
            .resideOutsideOfPackage("multimodal.clip")
            .and()
            .resideOutsideOfPackage("multimodal.clip.v1")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.enterprise..");
}
